-- Creates a plain view. Takes access share on what it reads. :options is empty or ` with (...)`.
create view :"schema".:"view":options as
:definition;
