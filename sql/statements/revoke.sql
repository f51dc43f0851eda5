-- Takes privileges on an object from a role, or from everybody. :privileges is a list of keywords.
revoke :privileges on :kind :object from :"role";
