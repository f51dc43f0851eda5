-- Everything that a relation has besides its data, one row for each name that is there: what a swap must carry over.
-- $1: text[] schemas (pg_temp is this session's), $2: text[] names, same length. Run it with an empty search_path. Takes access share on indexes.
select c.oid::pg_catalog.text as "oid",
       n.nspname as "schema",
       c.relname as "name",
       c.relkind::pg_catalog.text as "kind",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       c.relispopulated as "isPopulated",
       pg_catalog.obj_description(c.oid, 'pg_class') as "comment",
       coalesce(c.reloptions, '{}') as "options",
       coalesce((select t.reloptions from pg_catalog.pg_class t where t.oid = c.reltoastrelid), '{}') as "toastOptions",
       s.spcname as "tablespace",
       am.amname as "accessMethod",
       pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') as "definition",
       (select pg_catalog.array_agg(pg_catalog.lower(d.privilege_type) order by d.privilege_type)
        from pg_catalog.aclexplode(pg_catalog.acldefault('r', c.relowner)) d) as "ownerDefault",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'grantor', pg_catalog.pg_get_userbyid(a.grantor),
                          'grantee', coalesce(g.rolname, 'public'),
                          'privilege', pg_catalog.lower(a.privilege_type),
                          'grantable', a.is_grantable)
                        order by g.rolname, a.grantor, a.privilege_type)
                 from pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) a
                 left join pg_catalog.pg_roles g on g.oid = a.grantee), '[]') as "grants",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'name', a.attname,
                          'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
                          'collation', case when a.attcollation <> y.typcollation
                                         then a.attcollation::pg_catalog.regcollation::pg_catalog.text end,
                          'comment', pg_catalog.col_description(c.oid, a.attnum),
                          'statistics', nullif(coalesce(a.attstattarget, -1), -1),
                          -- Minor releases keep notes of their own here, pg_ before their names.
                          'options', array(select o from pg_catalog.unnest(a.attoptions) o where o not like 'pg\_%'),
                          'storage', case when a.attstorage <> y.typstorage
                                       then case a.attstorage when 'p' then 'plain' when 'e' then 'external'
                                                              when 'm' then 'main' else 'extended' end end,
                          'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
                          'grants', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                                                       'grantor', pg_catalog.pg_get_userbyid(p.grantor),
                                                       'grantee', coalesce(g.rolname, 'public'),
                                                       'privilege', pg_catalog.lower(p.privilege_type),
                                                       'grantable', p.is_grantable)
                                                     order by g.rolname, p.grantor, p.privilege_type)
                                              from pg_catalog.aclexplode(a.attacl) p
                                              left join pg_catalog.pg_roles g on g.oid = p.grantee), '[]'))
                        order by a.attnum)
                 from pg_catalog.pg_attribute a
                 join pg_catalog.pg_type y on y.oid = a.atttypid
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as "columns",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'name', x.relname,
                          'isUnique', i.indisunique,
                          'isValid', i.indisvalid and i.indisready,
                          'isClustered', i.indisclustered,
                          -- From USING on: before it stand the names, which the new index has others of.
                          'elements', pg_catalog.substr(
                             pg_catalog.pg_get_indexdef(x.oid),
                             1 + pg_catalog.length(pg_catalog.format(
                                   case when i.indisunique then 'CREATE UNIQUE INDEX %I ON %I.%I '
                                        else 'CREATE INDEX %I ON %I.%I ' end,
                                   x.relname, case when n.oid = pg_catalog.pg_my_temp_schema() then 'pg_temp' else n.nspname end, c.relname))),
                          'columns', array(select distinct a.attname::pg_catalog.text
                                           from pg_catalog.pg_attribute a
                                           where a.attrelid = c.oid
                                             and (a.attnum = any (i.indkey::pg_catalog.int2[])
                                                  or exists (select 1
                                                             from pg_catalog.pg_depend d
                                                             where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                                               and d.objid = x.oid
                                                               and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                                               and d.refobjid = c.oid and d.refobjsubid = a.attnum))
                                             and a.attnum > 0
                                           order by 1),
                          'comment', pg_catalog.obj_description(x.oid, 'pg_class'),
                          'tablespace', xs.spcname,
                          'statistics', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                                                           'column', xa.attnum, 'target', xa.attstattarget)
                                                         order by xa.attnum)
                                                  from pg_catalog.pg_attribute xa
                                                  where xa.attrelid = x.oid and coalesce(xa.attstattarget, -1) >= 0), '[]'))
                        order by x.relname)
                 from pg_catalog.pg_index i
                 join pg_catalog.pg_class x on x.oid = i.indexrelid
                 left join pg_catalog.pg_tablespace xs on xs.oid = x.reltablespace
                 where i.indrelid = c.oid), '[]') as "indexes",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'schema', en.nspname,
                          'name', e.stxname,
                          'owner', pg_catalog.pg_get_userbyid(e.stxowner),
                          -- Between the name and FROM.
                          'clause', pg_catalog.regexp_replace(
                             pg_catalog.substr(
                               pg_catalog.pg_get_statisticsobjdef(e.oid),
                               1 + pg_catalog.length(pg_catalog.format('CREATE STATISTICS %I.%I ', en.nspname, e.stxname))),
                             ' FROM [^ ].*$', ''),
                          'columns', array(select a.attname::pg_catalog.text
                                           from pg_catalog.pg_depend d
                                           join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
                                           where d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
                                             and d.objid = e.oid
                                             and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                             and d.refobjid = c.oid and d.refobjsubid > 0
                                           order by 1),
                          'comment', pg_catalog.obj_description(e.oid, 'pg_statistic_ext'),
                          'target', nullif(coalesce(e.stxstattarget, -1), -1))
                        order by en.nspname, e.stxname)
                 from pg_catalog.pg_statistic_ext e
                 join pg_catalog.pg_namespace en on en.oid = e.stxnamespace
                 where e.stxrelid = c.oid), '[]') as "statistics",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'provider', l.provider, 'label', l.label, 'column', a.attname)
                        order by l.provider, l.objsubid)
                 from pg_catalog.pg_seclabel l
                 left join pg_catalog.pg_attribute a on a.attrelid = l.objoid and a.attnum = l.objsubid and l.objsubid > 0
                 where l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and l.objoid = c.oid), '[]') as "labels",
       -- What a plain view may have besides, and what the module cannot carry.
       array(select 'trigger ' || t.tgname from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal
             union all
             select 'rule ' || r.rulename from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN'
             union all
             select 'default of column ' || a.attname
             from pg_catalog.pg_attrdef d
             join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
             where d.adrelid = c.oid
             union all
             select 'membership in extension ' || x.extname
             from pg_catalog.pg_depend d
             join pg_catalog.pg_extension x on d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and x.oid = d.refobjid
             where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid
             order by 1) as "uncarried"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_am am on am.oid = c.relam
left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
where (n.nspname, c.relname) in (select case w.schema_name
                                          when 'pg_temp' then (select t.nspname from pg_catalog.pg_namespace t
                                                               where t.oid = pg_catalog.pg_my_temp_schema())
                                          else w.schema_name end,
                                        w.relation_name
                                 from rows from (pg_catalog.unnest($1::pg_catalog.text[]),
                                                 pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name))
order by n.nspname, c.relname;
