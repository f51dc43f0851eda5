-- A role that is to own views and jobs, and what the connected role may do with it. $1: the role's name, $2: text[] of roles that may look.
-- Always one row; "role" is null where it does not exist. Takes no lock.
-- Before 16 who may create roles may change and grant every one without superuser; from 16 on those that it has the admin option on. From 16 on
-- a member acts as a role, and has its rights, only where the membership says so.
select me.rolsuper or me.rolcreaterole as "mayCreate",
       me.rolinherit as "inherits",
       me.rolsuper or v.major >= 16 and me.rolcreaterole and me.rolbypassrls as "mayLetBypass",
       case when r.oid is not null then pg_catalog.jsonb_build_object(
         'canLogin', r.rolcanlogin,
         'mayActAs', pg_catalog.pg_has_role(me.oid, r.oid, case when v.major >= 16 then 'set' else 'member' end),
         'hasRights', pg_catalog.pg_has_role(me.oid, r.oid, 'usage'),
         'mayAlter', me.rolsuper or me.rolcreaterole and not r.rolsuper
                       and (v.major < 16 or pg_catalog.pg_has_role(me.oid, r.oid, 'member with admin option')),
         'mayGrant', me.rolsuper or pg_catalog.pg_has_role(me.oid, r.oid, 'member with admin option')
                       or v.major < 16 and me.rolcreaterole and not r.rolsuper,
         'attributes', pg_catalog.array_remove(array[
            case when r.rolsuper then 'superuser' end,
            case when r.rolcreaterole then 'createrole' end,
            case when r.rolcreatedb then 'createdb' end,
            case when r.rolreplication then 'replication' end,
            case when r.rolbypassrls then 'bypassrls' end,
            case when not r.rolinherit then 'noinherit' end,
            case when r.rolconnlimit >= 0 then 'connection limit ' || r.rolconnlimit end,
            case when r.rolvaliduntil < 'infinity' then pg_catalog.format('valid until %L', r.rolvaliduntil) end], null)) end as "role",
       array(select o.name
             from pg_catalog.unnest($2::pg_catalog.text[]) o (name)
             where not exists (select 1 from pg_catalog.pg_roles x where x.rolname = o.name)) as "missingObservers"
from pg_catalog.pg_roles me
cross join (select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000 as major) v
left join pg_catalog.pg_roles r on r.rolname = $1
where me.rolname = current_user;
