-- Sets options of a column such as n_distinct (ShareUpdateExclusive). :options is `name = 'value', ...`.
alter materialized view :"schema".:"view" alter column :"column" set (:options);
