-- When a view was last refreshed, by its own stamp column. Takes access share.
select pg_catalog.max(v.:"stamp") as "refreshedAt" from :"schema".:"view" v;
