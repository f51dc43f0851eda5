-- Lets a role read every row of what it may read. Needs superuser; from 16 on also a role that may make roles, bypasses row security
-- itself and has the admin option on this one.
alter role :"role" bypassrls;
