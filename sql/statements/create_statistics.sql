-- Creates extended statistics (ShareUpdateExclusive). :clause is what stands between the name and FROM.
create statistics :"statistics_schema".:"statistics" :clause from :"schema".:"view";
