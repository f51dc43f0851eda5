-- A dependent's query over the declared definition, as a temporary view, for as long as its transaction lasts.
create temporary view :"view" as
:definition;
