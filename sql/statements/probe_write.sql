-- Writes one row of a table as it is; the caller rolls it back. Takes row exclusive, and a lock on that row.
update :"schema".:"relation" set :"column" = :"column"
where ctid = (select r.ctid from :"schema".:"relation" r limit 1 for update skip locked);
