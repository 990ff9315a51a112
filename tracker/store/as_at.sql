-- The one definition of "as at D, as known at K", made once for every noun ({noun} is the table's name).
-- A version for a day up to D, known at K, is good unless a later version for the same id and day retracts it.
CREATE OR REPLACE MACRO {noun}_good(as_at, known_seq) AS TABLE
SELECT said.id, said.effective_on, said.version
FROM tracker.{noun} AS said
ANTI JOIN (
    SELECT id, effective_on, version
    FROM tracker.{noun}
    WHERE retracted AND change_seq <= known_seq
) AS retraction
    ON retraction.id = said.id AND retraction.effective_on = said.effective_on AND retraction.version > said.version
WHERE said.effective_on <= as_at AND said.change_seq <= known_seq AND NOT said.retracted;

-- The newest good version for each id and day.
CREATE OR REPLACE MACRO {noun}_standing(as_at, known_seq) AS TABLE
SELECT id, effective_on, max(version) AS version
FROM {noun}_good(as_at, known_seq)
GROUP BY id, effective_on;

-- The version as at D: the one of the newest such day up to D.
CREATE OR REPLACE MACRO {noun}_as_at(as_at, known_seq) AS TABLE
SELECT held.*
FROM tracker.{noun} AS held
JOIN (
    SELECT id, max((effective_on, version))[2] AS version
    FROM {noun}_good(as_at, known_seq)
    GROUP BY id
) AS newest USING (id, version);
