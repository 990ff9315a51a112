-- The board's rules over dates. `rules` is the structure of tracker.domain.rules.Tolerances; days throughout.

-- Slippage: how far behind its baseline a milestone is, positive when late. Unknown without a baseline.
-- An overdue milestone is late by at least the days since the first of its dates that passed.
CREATE OR REPLACE MACRO milestone_slip(actual_on, baseline_on, forecast_on, as_at) AS
    CASE
        WHEN actual_on IS NOT NULL THEN date_diff('day', baseline_on, actual_on)
        WHEN coalesce(forecast_on, baseline_on) < as_at THEN date_diff('day', least(baseline_on, forecast_on), as_at)
        ELSE date_diff('day', baseline_on, forecast_on)
    END;

-- The status from dates. Without a confirmed forecast it is never Green.
CREATE OR REPLACE MACRO milestone_status(actual_on, baseline_on, forecast_on, confirmed_on, as_at, rules) AS
    CASE
        WHEN actual_on > baseline_on THEN 'Complete, late'
        WHEN actual_on IS NOT NULL THEN 'Complete'
        WHEN coalesce(forecast_on, baseline_on) IS NULL THEN 'Not dated'
        WHEN coalesce(forecast_on, baseline_on) < as_at THEN 'Overdue'
        WHEN confirmed_on IS NULL OR date_diff('day', confirmed_on, as_at) > rules['stale_days'] THEN 'Stale'
        WHEN baseline_on IS NULL OR date_diff('day', baseline_on, forecast_on) <= rules['green_days'] THEN 'Green'
        WHEN date_diff('day', baseline_on, forecast_on) <= rules['amber_days'] THEN 'Amber'
        ELSE 'Red'
    END;

-- One row for each milestone: its dates, its last report, slippage and status.
CREATE OR REPLACE MACRO milestone_position(as_at, known_seq, rules) AS TABLE
SELECT
    milestone.* EXCLUDE (version, change_seq, effective_on, retracted),
    first_held.* EXCLUDE (id),
    progress.* EXCLUDE (id, version, change_seq, effective_on, retracted, period_id) RENAME (status AS reported_status),
    progress.effective_on AS reported_on,
    CASE WHEN progress.forecast_on IS NOT NULL THEN progress.effective_on END AS confirmed_on,
    milestone_slip(progress.actual_on, milestone.baseline_on, progress.forecast_on, as_at) AS slip_days,
    milestone_status(
        progress.actual_on, milestone.baseline_on, progress.forecast_on, confirmed_on, as_at, rules
    ) AS status
FROM milestone_as_at(as_at, known_seq) AS milestone
JOIN (
    SELECT
        id,
        min(standing.effective_on) AS promised_on,
        min_by(held.baseline_on, standing.effective_on) AS original_baseline_on,
        min_by(held.baseline_precision, standing.effective_on) AS original_baseline_precision
    FROM milestone_standing(as_at, known_seq) AS standing
    JOIN tracker.milestone AS held USING (id, version)
    GROUP BY id
) AS first_held USING (id)
LEFT JOIN progress_as_at(as_at, known_seq) AS progress USING (id);

-- A commitment's status from dates: the worst of its open key milestones, or complete when every one of them is; at
-- least Amber while a supporting milestone is overdue or Red; not dated when it has no key milestone.
CREATE OR REPLACE MACRO commitment_position(as_at, known_seq, rules) AS TABLE
WITH rolled AS (
    SELECT
        commitment_id,
        count(*) AS milestones,
        count(actual_on) AS milestones_met,
        max(reported_on) FILTER (reporter = 'owner') AS owner_reported_on,
        max(slip_days) FILTER (key AND actual_on IS NULL) AS slip_days,
        min(list_position(rules['severity'], status)) FILTER (key AND actual_on IS NULL) AS worst_open,
        min(list_position(rules['severity'], status)) FILTER (key AND actual_on IS NOT NULL) AS worst_met,
        coalesce(bool_or(NOT key AND status IN ('Overdue', 'Red')), false) AS support_off_track
    FROM milestone_position(as_at, known_seq, rules)
    GROUP BY commitment_id
)
SELECT
    commitment_id,
    milestones,
    milestones_met,
    owner_reported_on,
    slip_days,
    rules['severity'][
        CASE
            WHEN worst_open IS NULL AND worst_met IS NULL THEN list_position(rules['severity'], 'Not dated')
            WHEN support_off_track
                THEN least(coalesce(worst_open, worst_met), list_position(rules['severity'], 'Amber'))
            ELSE coalesce(worst_open, worst_met)
        END
    ] AS status
FROM rolled;
