-- Marks the index by which `cluster` orders a materialized view (ShareUpdateExclusive).
alter materialized view :"schema".:"view" cluster on :"index";
