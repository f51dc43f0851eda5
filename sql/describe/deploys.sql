-- Logged deploys of a view, the newest first. :"table" is the log of its owner's views. $1: schema, $2: name. Takes access share on the log.
select l.deployed_at as "at",
       l.deployed_by as "by",
       l.stack,
       l.version,
       l.action,
       l.definition_hash as "definitionHash",
       l.definition,
       l.rows_before::pg_catalog.float8 as "rowsBefore",
       l.rows_after::pg_catalog.float8 as "rowsAfter"
from matview.:"table" l
where l.view_schema = $1 and l.view_name = $2
order by l.deployed_at desc;
