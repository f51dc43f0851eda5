-- Takes a function's body as it is: it was accepted once, under the search_path of whoever wrote it.
set local check_function_bodies = off;
