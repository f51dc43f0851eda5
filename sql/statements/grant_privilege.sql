-- Adds a privilege to those that a role, or everybody, has; takes none away. :what is database, schema, table or function.
grant :privilege on :what :object to :grantee;
