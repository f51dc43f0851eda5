-- Takes every right on the table of recorded refreshes from a role, or from everybody: :grantee.
revoke all on table matview.:"table" from :grantee;
