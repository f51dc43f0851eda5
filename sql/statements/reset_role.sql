-- Acts as the connected role again.
reset role;
