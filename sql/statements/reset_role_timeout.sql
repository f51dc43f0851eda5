-- Takes back the role's statement timeout in this database, from its next session on.
alter role :"role" in database :"database" reset statement_timeout;
