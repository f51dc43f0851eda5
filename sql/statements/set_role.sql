-- Acts as another role until the end of the transaction; the role becomes owner of what is made.
set local role :"role";
