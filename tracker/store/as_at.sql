-- The one definition of "as at D, as known at K", made once for every noun ({noun} is the table's name).
-- Of what was known at K, a version stands for its id and day when it is the newest of them and retracts nothing.
CREATE OR REPLACE MACRO {noun}_standing(as_at, known_seq) AS TABLE
SELECT id, effective_on, version
FROM (
    SELECT id, effective_on, max(version) AS version, max_by(retracted, version) AS retracted
    FROM tracker.{noun}
    WHERE effective_on <= as_at AND change_seq <= known_seq
    GROUP BY id, effective_on
)
WHERE NOT retracted;

-- The newest standing day up to D is what held on D.
CREATE OR REPLACE MACRO {noun}_as_at(as_at, known_seq) AS TABLE
SELECT held.*
FROM tracker.{noun} AS held
JOIN (
    SELECT id, max_by(version, effective_on) AS version
    FROM {noun}_standing(as_at, known_seq)
    GROUP BY id
) AS newest USING (id, version);
