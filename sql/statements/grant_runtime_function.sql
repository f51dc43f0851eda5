-- Lets a role call a function of the schema.
grant execute on function matview.:"function"() to :"observer";
