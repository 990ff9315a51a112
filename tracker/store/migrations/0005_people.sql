-- People: an e-mail address that changes while its account stays, and two accounts that are one person's.

ALTER TABLE tracker.user ADD COLUMN address VARCHAR;
ALTER TABLE tracker.user ADD COLUMN same_as VARCHAR;
