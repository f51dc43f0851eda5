-- Lets a role act as another and have its rights. :options is empty before PostgreSQL 16, where every member may.
grant :"role" to :"member" :options;
