-- The eight checks that say whether readers of a materialized view get fresh data: each pass, warn or fail with what was found,
-- the limit and what to do. The same verdicts as `matview verify`.
-- psql -v view=public.daily_revenue -v job=refresh-daily-revenue -f sql/verify/checks.sql
-- Optional: -v stamp=COLUMN, -v max_age=10m, -v spot_checks='[{"name": "north", "column": "region", "value": "north", "expected": 12}]',
-- -v numbers=1 for one row of numbers: 0 pass, 1 warn, 2 fail, then what was found, -1 for what is not known.
-- Another client than psql: leave out the lines that start with a backslash and the select that you do not want, and write each
-- :'name' as a literal.
-- Writes nothing; takes access share on the view, and with live spot checks on its sources. pg_cron must be in this database.
\if :{?stamp}
\else
  \set stamp ''
\endif
\if :{?max_age}
\else
  \set max_age ''
\endif
\if :{?spot_checks}
\else
  \set spot_checks ''
\endif
-- The planner expects much of the sets of a schedule and would compile for seconds what runs for milliseconds.
set jit = off;
-- query_to_xml runs a statement that is known only now: pg_cron may be absent, the view without data, the column unknown.
with given as (
  select pg_catalog.parse_ident(:'view') as view_name,
         :'job'::pg_catalog.text as job_name,
         :'stamp'::pg_catalog.text as stamp,
         pg_catalog.date_part('epoch', nullif(:'max_age', '')::pg_catalog.interval) as max_age,
         coalesce(nullif(:'spot_checks', ''), '[]')::pg_catalog.json as spot_checks
),
named as (
  select g.*,
         case when pg_catalog.cardinality(g.view_name) > 1 then g.view_name[1] else 'public' end as schema_name,
         g.view_name[pg_catalog.cardinality(g.view_name)] as relation_name
  from given g
),
viewed as (
  select n.*, c.oid, coalesce(c.relispopulated, false) as is_populated,
         -- A first refresh and a swap analyze what they have filled.
         pg_catalog.date_part('epoch', pg_catalog.now() - pg_catalog.pg_stat_get_last_analyze_time(c.oid)) as analyzed_age,
         exists (select 1
                 from pg_catalog.pg_index i
                 where i.indrelid = c.oid and i.indisunique and i.indisvalid
                   and i.indpred is null and i.indexprs is null) as is_concurrent,
         case when c.relispopulated then
           (pg_catalog.xpath('/table/row/n/text()', pg_catalog.query_to_xml(
             pg_catalog.format('select pg_catalog.count(*) as n from %I.%I', n.schema_name, n.relation_name),
             false, false, '')))[1]::pg_catalog.text::pg_catalog.float8
         end as row_count,
         case when c.relispopulated and exists (select 1
                                                from pg_catalog.pg_attribute a
                                                where a.attrelid = c.oid and a.attname = n.stamp and a.attnum > 0) then
           (pg_catalog.xpath('/table/row/n/text()', pg_catalog.query_to_xml(
             pg_catalog.format('select pg_catalog.max(v.%I) as n from %I.%I v', n.stamp, n.schema_name, n.relation_name),
             false, false, '')))[1]::pg_catalog.text::pg_catalog.timestamptz
         end as stamp_at
  from named n
  left join (pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid = c.relnamespace)
    on s.nspname = n.schema_name and c.relname = n.relation_name and c.relkind = 'm'
),
server as (
  select exists (select 1 from pg_catalog.pg_stat_activity a where a.application_name = 'pg_cron scheduler') as launcher_runs,
         coalesce((select s.setting from pg_catalog.pg_settings s where s.name = 'cron.timezone'), 'GMT') as time_zone,
         case when exists (select 1 from pg_catalog.pg_extension e where e.extname = 'pg_cron')
           then pg_catalog.has_schema_privilege('cron', 'usage') else false end as may_read
),
jobs as (
  select j.*, pg_catalog.regexp_match(
           j.command,
           '\mrefresh\s+materialized\s+view\s+(?:concurrently\s+)?("(?:[^"]|"")+"|[[:alpha:]_][\w$]*)(?:\s*\.\s*("(?:[^"]|"")+"|[[:alpha:]_][\w$]*))?',
           'i') as target
  from server s,
       xmltable('/table/row'
                passing case when s.may_read
                          then pg_catalog.query_to_xml('select jobid, jobname, schedule, command, database, username, active from cron.job', true, false, '')
                          else '<table/>'::pg_catalog.xml end
                columns jobid pg_catalog.int8, jobname pg_catalog.text, schedule pg_catalog.text, command pg_catalog.text,
                        database pg_catalog.text, username pg_catalog.text, active pg_catalog.bool) j
),
aimed as (
  select j.*,
         coalesce(j.database = pg_catalog.current_database()
           and v.relation_name = case when p.last_part like '"%' then pg_catalog.replace(pg_catalog.substr(p.last_part, 2, pg_catalog.length(p.last_part) - 2), '""', '"') else pg_catalog.lower(p.last_part) end
           and v.schema_name = case when p.first_part is null then v.schema_name
                                    when p.first_part like '"%' then pg_catalog.replace(pg_catalog.substr(p.first_part, 2, pg_catalog.length(p.first_part) - 2), '""', '"')
                                    else pg_catalog.lower(p.first_part) end, false) as refreshes_view
  from jobs j,
       viewed v,
       lateral (select coalesce(j.target[2], j.target[1]) as last_part,
                       case when j.target[2] is not null then j.target[1] end as first_part) p
),
job as (
  select a.*
  from aimed a, named n
  where a.jobname = n.job_name
  order by a.refreshes_view desc, a.username, a.jobid
  limit 1
),
-- The schedule as sets: minute, hour, day of month, month, day of week. Macros first; "30 seconds" has no fields.
spelled as (
  select case pg_catalog.split_part(j.schedule, ' ', 1)
           when '@hourly' then '0 * * * *' when '@daily' then '0 0 * * *' when '@midnight' then '0 0 * * *'
           when '@weekly' then '0 0 * * 0' when '@monthly' then '0 0 1 * *'
           else pg_catalog.lower(j.schedule) end as schedule,
         (pg_catalog.regexp_match(j.schedule, '^\s*(\d+)\s*seconds?\s*$', 'i'))[1]::pg_catalog.int4 as seconds
  from job j
),
fields as (
  select w.place, w.field, b.low, b.high,
         case w.place when 4 then 'jan feb mar apr may jun jul aug sep oct nov dec' when 5 then 'sun mon tue wed thu fri sat' else '' end as words
  from spelled s,
       pg_catalog.regexp_split_to_table(pg_catalog.btrim(s.schedule), '[ \t]+') with ordinality w (field, place),
       (values (1, 0, 59), (2, 0, 23), (3, 1, 31), (4, 1, 12), (5, 0, 7)) b (place, low, high)
  where b.place = w.place and s.seconds is null
    and pg_catalog.cardinality(pg_catalog.regexp_split_to_array(pg_catalog.btrim(s.schedule), '[ \t]+')) = 5
),
items as (
  select f.place, f.low, f.high, i.item, i.item = '$' and f.place = 3 as is_last_day,
         pg_catalog.regexp_match(i.item, '^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/(\d+))?$') as part,
         pg_catalog.string_to_array(f.words, ' ') as words
  from fields f, pg_catalog.unnest(pg_catalog.string_to_array(f.field, ',')) i (item)
),
ranges as (
  select i.place, i.low, i.high, i.is_last_day, i.part,
         case when i.part[1] = '*' then i.low
              when i.part[1] ~ '^\d+$' then i.part[1]::pg_catalog.int4
              else pg_catalog.array_position(i.words, i.part[1]) - 1 + i.low end as first_value,
         case when i.part[1] = '*' then i.high - case i.place when 5 then 1 else 0 end
              when i.part[2] ~ '^\d+$' then i.part[2]::pg_catalog.int4
              when i.part[2] is not null then pg_catalog.array_position(i.words, i.part[2]) - 1 + i.low
              when i.part[1] ~ '^\d+$' then i.part[1]::pg_catalog.int4
              else pg_catalog.array_position(i.words, i.part[1]) - 1 + i.low end as last_value,
         coalesce(i.part[3], '1')::pg_catalog.int4 as step
  from items i
),
readable as (
  select coalesce(pg_catalog.count(distinct r.place) = 5
           and pg_catalog.bool_and(r.is_last_day
             or coalesce(r.first_value between r.low and r.high and r.last_value between r.first_value and r.high and r.step >= 1
                         and (r.part[3] is null or r.part[1] = '*' or r.part[2] is not null), false)), false) as is_cron
  from ranges r
),
value_sets as (
  select distinct r.place, case when r.place = 5 then v.value % 7 else v.value end as value
  from ranges r, readable a, pg_catalog.generate_series(r.first_value, r.last_value, greatest(r.step, 1)) v (value)
  where a.is_cron and not r.is_last_day
),
day_rule as (
  select coalesce(pg_catalog.bool_or(f.field like '*%') filter (where f.place in (3, 5)), false) as needs_both,
         coalesce(pg_catalog.bool_or(f.field = '$'), false) as last_day
  from fields f
),
times as (
  select h.value * 3600 + m.value * 60 as second
  from value_sets h, value_sets m
  where h.place = 2 and m.place = 1
),
-- 28 years: dates and weekdays then come round again.
days as (
  select d.day::pg_catalog.date as day
  from server s, day_rule k, readable a,
       pg_catalog.generate_series((pg_catalog.now() at time zone s.time_zone)::pg_catalog.date - 1,
                                  (pg_catalog.now() at time zone s.time_zone)::pg_catalog.date + 10300, interval '1 day') d (day),
       lateral (select exists (select 1 from value_sets v where v.place = 4 and v.value = pg_catalog.date_part('month', d.day)) as month,
                       exists (select 1 from value_sets v where v.place = 5 and v.value = pg_catalog.date_part('dow', d.day)) as weekday,
                       case when k.last_day then pg_catalog.date_part('day', d.day + interval '1 day') = 1
                            else exists (select 1 from value_sets v where v.place = 3 and v.value = pg_catalog.date_part('day', d.day)) end as monthday) f
  where a.is_cron and f.month and case when k.needs_both then f.monthday and f.weekday else f.monthday or f.weekday end
),
rhythm as (
  select coalesce(s.seconds::pg_catalog.float8,
                  greatest((select pg_catalog.max(g.gap) from (select d.day - pg_catalog.lag(d.day) over (order by d.day) as gap from days d) g) * 86400
                             - (select pg_catalog.max(t.second) from times t) + (select pg_catalog.min(t.second) from times t),
                           (select pg_catalog.max(g.gap) from (select t.second - pg_catalog.lag(t.second) over (order by t.second) as gap from times t) g)
                          )::pg_catalog.float8) as interval_seconds,
         coalesce(s.seconds::pg_catalog.float8,
                  (select pg_catalog.min(pg_catalog.date_part('epoch', r.run - pg_catalog.now()))
                   from (select ((d.day + t.second * interval '1 second') at time zone v.time_zone) as run
                         from server v, times t,
                              (select e.day from days e, server w
                               where e.day >= (pg_catalog.now() at time zone w.time_zone)::pg_catalog.date
                               order by e.day limit 2) d) r
                   where r.run > pg_catalog.now())) as next_run_seconds
  from spelled s
),
history as (
  select x.*
  from (select j.jobid, greatest(86400, 2 * coalesce((select r.interval_seconds from rhythm r), 0)) as window_seconds from job j) j,
       xmltable('/table/row'
                passing pg_catalog.query_to_xml(pg_catalog.format(
                  $history$
                  select c.*, (select coalesce(pg_catalog.max(s.seconds), 0)
                               from pg_catalog.unnest(c.durations) s (seconds)
                               where s.seconds <= 3 * c.durations[(pg_catalog.cardinality(c.durations) + 1) / 2]) as longest
                  from (
                  select pg_catalog.count(*) filter (where r.place <= 10) as ten,
                         pg_catalog.count(*) filter (where r.place <= 10 and r.status = 'failed') as ten_failed,
                         pg_catalog.count(*) filter (where r.place between 2 and 10 and not r.is_over) as ten_stuck,
                         coalesce((pg_catalog.array_agg(r.status order by r.runid desc) filter (where r.place <= 10 and r.is_over))[1] = 'failed', false) as last_failed,
                         pg_catalog.count(*) filter (where r.is_over and r.at >= pg_catalog.now() - %2$s * interval '1 second') as over,
                         pg_catalog.count(*) filter (where r.status = 'failed' and r.at >= pg_catalog.now() - %2$s * interval '1 second') as failed,
                         pg_catalog.array_agg(pg_catalog.date_part('epoch', r.end_time - r.start_time) order by pg_catalog.date_part('epoch', r.end_time - r.start_time))
                           filter (where r.status = 'succeeded' and r.end_time - r.start_time is not null) as durations,
                         pg_catalog.date_part('epoch', pg_catalog.now() - (pg_catalog.array_agg(r.at order by r.runid desc) filter (where r.status = 'succeeded'))[1]) as age
                  from (select d.*, coalesce(d.start_time, d.end_time, case when d.runid > coalesce(pg_catalog.max(d.runid) filter (
                                      where coalesce(d.start_time, d.end_time) < pg_catalog.now() - %2$s * interval '1 second') over (), 0)
                                    then pg_catalog.now() end) as at, d.status in ('succeeded', 'failed') as is_over,
                               pg_catalog.row_number() over (order by d.runid desc) as place
                        from cron.job_run_details d
                        where d.jobid = %1$s) r
                  where r.place <= 10 or r.at >= pg_catalog.now() - interval '1 day') c
                  $history$, j.jobid, j.window_seconds), false, false, '')
                columns ten pg_catalog.float8, ten_failed pg_catalog.float8, ten_stuck pg_catalog.float8, last_failed pg_catalog.bool,
                        over pg_catalog.float8, failed pg_catalog.float8, longest pg_catalog.float8, age pg_catalog.float8) x
),
declared as (
  select s.item ->> 'name' as name, s.item ->> 'column' as column_name, s.item ->> 'value' as value,
         (s.item ->> 'expected')::pg_catalog.float8 as expected, coalesce((s.item ->> 'live')::pg_catalog.bool, false) as live,
         v.schema_name, v.relation_name, v.oid,
         v.is_populated and (s.item ->> 'column' is null
                             or exists (select 1 from pg_catalog.pg_attribute a
                                        where a.attrelid = v.oid and a.attname = s.item ->> 'column' and a.attnum > 0)) as can_count
  from viewed v, pg_catalog.json_array_elements(v.spot_checks) s (item)
),
counted as (
  select d.*, x.in_view, x.in_sources, x.lagging
  from declared d
  left join lateral xmltable('/table/row'
                passing case when d.can_count then pg_catalog.query_to_xml(pg_catalog.format(
                  $counts$
                  select coalesce(pg_catalog.sum(c.in_view), 0) as in_view, coalesce(pg_catalog.sum(c.in_sources), 0) as in_sources,
                         coalesce(pg_catalog.sum(pg_catalog.abs(c.in_view - c.in_sources)), 0) as lagging
                  from (select b.value, pg_catalog.count(*) filter (where b.of_view) as in_view, pg_catalog.count(*) filter (where not b.of_view) as in_sources
                        from (select %1$s as value, true as of_view from %2$I.%3$I r union all select %1$s, false from (%4$s) r) b
                        where %5$s
                        group by b.value) c
                  $counts$,
                  case when d.column_name is null then 'null::pg_catalog.text' else pg_catalog.format('r.%I::pg_catalog.text', d.column_name) end,
                  d.schema_name, d.relation_name,
                  case when d.live then pg_catalog.rtrim(pg_catalog.pg_get_viewdef(d.oid), ';')
                       else pg_catalog.format('select * from %I.%I where false', d.schema_name, d.relation_name) end,
                  case when d.value is null then 'true' else pg_catalog.format('b.value = %L', d.value) end), false, false, '')
                else '<table/>'::pg_catalog.xml end
                columns in_view pg_catalog.float8, in_sources pg_catalog.float8, lagging pg_catalog.float8) x on true
),
spots as (
  select pg_catalog.count(*)::pg_catalog.float8 as total,
         (pg_catalog.count(*) filter (where not m.met))::pg_catalog.float8 as unmet,
         coalesce(pg_catalog.sum(c.lagging) filter (where c.live), 0)::pg_catalog.float8 as lagging,
         coalesce(pg_catalog.bool_and(c.live and c.can_count) filter (where not m.met), true) as only_lags
  from counted c,
       lateral (select coalesce(case when c.live then c.lagging = 0 else c.in_view = c.expected end, false) as met) m
),
measured as (
  select s.launcher_runs, s.may_read, v.oid is not null as view_is_there, v.is_populated, v.is_concurrent, v.row_count, v.max_age,
         j.jobid is not null as has_job, coalesce(j.active, false) as is_active, coalesce(j.refreshes_view, false) as refreshes_view,
         coalesce(j.refreshes_view and j.command !~* '\mrefresh\s+materialized\s+view\s+concurrently\M', false) as is_plain,
         (select pg_catalog.count(*) from aimed o where o.refreshes_view and o.active and o.jobid <> j.jobid)::pg_catalog.float8 as other_jobs,
         coalesce(h.ten, 0) as ten, coalesce(h.ten_failed, 0) as ten_failed, coalesce(h.ten_stuck, 0) as ten_stuck, coalesce(h.last_failed, false) as last_failed,
         coalesce(h.over, 0) as over, coalesce(h.failed, 0) as failed, h.age as history_age,
         case when coalesce(h.ten, 0) = 0 then v.analyzed_age end as filled_age,
         pg_catalog.date_part('epoch', pg_catalog.now() - v.stamp_at) as stamp_age,
         r.interval_seconds, r.next_run_seconds, r.interval_seconds + coalesce(h.longest, 0) + 60 as late_after,
         p.total, p.unmet, p.lagging, p.only_lags
  from server s cross join viewed v cross join spots p left join job j on true left join rhythm r on true left join history h on true
),
limited as (
  select m.*, coalesce(m.stamp_age, m.history_age, m.filled_age) as age,
         coalesce(m.filled_age <= coalesce(m.interval_seconds, 0) + 60, false) as awaits_first_run,
         coalesce(m.max_age, m.late_after) as late_seconds,
         coalesce(m.max_age, greatest(2 * m.interval_seconds, m.late_after)) as stale_seconds
  from measured m
),
updated as (
  select l.*,
         case when l.age is null or l.age > l.stale_seconds then 2
              when l.stamp_age > l.history_age + 60 or l.stamp_age + l.stale_seconds < l.history_age then 1
              when l.late_seconds is null or l.age > l.late_seconds then 1
              else 0 end as last_update
  from limited l
),
decided as (
  select u.*,
         case when not (u.may_read and u.has_job and u.is_active and u.refreshes_view and u.launcher_runs) then 2
              when u.has_orphan then 2
              when u.other_jobs > 0 then 1 else 0 end as job_active,
         case when u.last_failed then 2 when u.awaits_first_run then 0 when u.ten = 0 or u.ten_failed > 0 or u.ten_stuck > 0 then 1 else 0 end as last_ten_runs,
         case when u.awaits_first_run then 0 when u.over = 0 then 1 when u.failed < 0.01 * u.over then 0 when u.failed < 0.1 * u.over then 1 else 2 end as runs_with_error,
         case when not (u.view_is_there and u.is_populated and (u.is_concurrent or u.is_plain)) then 2 when u.row_count = 0 then 1 else 0 end as state_of_the_view,
         case when u.unmet = 0 then 0 when u.only_lags and u.last_update < 2 then 1 else 2 end as spot_checks,
         case when not (u.has_job and u.is_active and u.launcher_runs) or u.has_orphan or u.next_run_seconds is null then 2
              when u.interval_seconds > u.max_age then 1 else 0 end as next_run
  from (select x.*,
               -- A job whose role was renamed or dropped stops pg_cron for all.
               exists (select 1 from jobs o where not exists (select 1 from pg_catalog.pg_roles r where r.rolname = o.username)) as has_orphan
        from updated x) u
)
\if :{?numbers}
select d.job_active, d.last_ten_runs, d.runs_with_error, d.state_of_the_view, d.spot_checks, d.last_update, d.next_run,
       greatest(d.job_active, d.last_ten_runs, d.runs_with_error, d.state_of_the_view, d.spot_checks, d.last_update, d.next_run) as summary,
       d.has_job::pg_catalog.int4 + d.other_jobs as jobs,
       d.is_active::pg_catalog.int4 as job_is_active,
       d.launcher_runs::pg_catalog.int4 as launcher_runs,
       d.ten as runs_of_last_ten,
       d.ten_failed as failed_of_last_ten,
       d.ten_stuck as stuck_of_last_ten,
       d.over as runs_of_last_day,
       d.failed as failed_of_last_day,
       coalesce(d.row_count, -1) as view_rows,
       d.total as spot_checks_made,
       d.unmet as spot_checks_unmet,
       d.lagging as rows_that_lag,
       coalesce(d.stamp_age, -1) as stamp_age_seconds,
       coalesce(d.history_age, -1) as history_age_seconds,
       coalesce(d.stale_seconds, -1) as limit_seconds,
       coalesce(d.next_run_seconds, -1) as next_run_in_seconds
from decided d
\else
select c.check_name as "check",
       (array['pass', 'warn', 'fail'])[c.verdict + 1] as verdict,
       c.found,
       c.allowed as "limit",
       case when c.verdict > 0 then c.advice else '' end as "what to do"
from decided d,
     lateral (values
       (1, 'job active', d.job_active,
        pg_catalog.format('%s job(s), %s, launcher %s', d.has_job::pg_catalog.int4 + d.other_jobs, case when d.is_active then 'active' else 'not active' end,
                          case when d.launcher_runs then 'running' else 'not running' end),
        '1 active job, launcher running', 'matview doctor; select * from cron.job'),
       (2, 'last ten runs', d.last_ten_runs, pg_catalog.format('%s runs, %s failed, %s stuck', d.ten, d.ten_failed, d.ten_stuck),
        '10 of 10 succeeded', 'select * from cron.job_run_details order by runid desc limit 10'),
       (3, 'runs with error', d.runs_with_error, pg_catalog.format('%s of %s failed', d.failed, d.over),
        'more than 99 % succeed', 'matview history --since 24h; return_message in cron.job_run_details'),
       (4, 'state of the view', d.state_of_the_view,
        case when not d.view_is_there then 'there is no such view' when not d.is_populated then 'no data'
             when not (d.is_concurrent or d.is_plain) then 'no usable unique index' else pg_catalog.format('%s rows', d.row_count) end,
        'populated, unique index, 1 row or more', 'matview refresh, or deploy the stack'),
       (5, 'spot checks', d.spot_checks, pg_catalog.format('%s of %s not met, %s rows lag', d.unmet, d.total, d.lagging),
        'all as declared', 'matview verify names them; matview refresh'),
       (6, 'last update', d.last_update, coalesce(pg_catalog.round(d.age::pg_catalog.numeric) || ' s ago', 'unknown'),
        coalesce(pg_catalog.round(d.stale_seconds::pg_catalog.numeric) || ' s old at most', 'known age'), 'matview doctor; matview refresh'),
       (7, 'next run', d.next_run, coalesce('in ' || pg_catalog.round(d.next_run_seconds::pg_catalog.numeric) || ' s', 'never'),
        coalesce('every ' || pg_catalog.round(d.interval_seconds::pg_catalog.numeric) || ' s', 'a time'), 'matview resume, or deploy the stack'),
       (8, 'summary',
        greatest(d.job_active, d.last_ten_runs, d.runs_with_error, d.state_of_the_view, d.spot_checks, d.last_update, d.next_run),
        pg_catalog.format('%s', pg_catalog.now()::pg_catalog.timestamptz(0)), '7 pass', 'see above')
     ) c (place, check_name, verdict, found, allowed, advice)
order by c.place
\endif
;
