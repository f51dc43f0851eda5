-- Keeps everybody out of a table or plain view until the transaction ends (AccessExclusive); what it reads is not locked.
lock table only :"schema".:"relation" in access exclusive mode;
