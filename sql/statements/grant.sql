-- Adds to the privileges that a role, or everybody, has on an object; takes none away. :privileges is a list of keywords, :option is
-- empty or ` with grant option`.
grant :privileges on :kind :object to :"role":option;
