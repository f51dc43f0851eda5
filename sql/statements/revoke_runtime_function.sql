-- Takes the right to call a function of the schema from a role, or from everybody: :grantee.
revoke all on function matview.:"function"() from :grantee;
