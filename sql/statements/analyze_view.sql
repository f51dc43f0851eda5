-- Gathers statistics, so that the first readers get good plans (ShareUpdateExclusive).
analyze :"schema".:"view";
