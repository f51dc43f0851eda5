-- Takes from a role what default privileges gave it on a new relation.
revoke all privileges on table :"schema".:"view" from :"role";
