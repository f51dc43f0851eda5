-- Fails with 22012 where an object that bears the name may be managed by somebody else; whoever runs it looks closer then. Takes no lock.
-- query: the texts of those objects; allowed: a pattern of the claims that may stand at their end.
select 1 / case when pg_catalog.count(*) = 0 then 1 else 0 end as "isAllowed"
from (:query) found
where found."text" ~ 'pulumi-matview: [{]' and found."text" !~ :'allowed';
