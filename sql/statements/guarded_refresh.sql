-- The command of a job that refreshes a view, :how is "concurrently " or nothing, unless another run is doing so or the view is young enough.
-- :conditions is what makes a run return at once; :settings are statements in front of the refresh. One statement, so that pg_cron's
-- workers run it whole. :tag quotes the body and does not occur in it.
do :tag
begin
  if :conditions then
    return;
  end if;
  :settings
  refresh materialized view :how:"schema".:"view";
end
:tag;
