-- An empty temporary table with the columns of a view, to try an index on. In a transaction that is rolled back; takes access share on the
-- view till then. view: its name.
create temporary table matview_tried_index as select * from :view with no data;
