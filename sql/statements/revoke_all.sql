-- Takes all privileges on a view and its columns from some roles, and from those to whom they gave them on. Raw: :view, :roles.
revoke all privileges on table :view from :roles cascade;
