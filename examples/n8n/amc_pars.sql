-- The lookup table of the PARS reference, word for word: one row per course that SaveActivity registered.
CREATE TABLE amc_pars_activities (
    amc_course_id TEXT PRIMARY KEY,
    pars_activity_id TEXT NOT NULL,
    course_title TEXT,
    credit_hours NUMERIC,
    credit_type TEXT DEFAULT 'AMA PRA Category 1 Credit',
    registered_at TIMESTAMPTZ DEFAULT NOW()
);

-- The audit record. The reference asks for one and does not say what is in it; this is ours.
CREATE TABLE amc_pars_submissions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    amc_course_id TEXT NOT NULL,
    npi TEXT NOT NULL,
    completion_date DATE NOT NULL,
    outcome TEXT NOT NULL,
    credit_id TEXT,
    status TEXT,
    codes TEXT,
    reason TEXT
);

-- Earlier deliveries of the same completion are looked for before anything is sent.
CREATE INDEX amc_pars_submissions_earlier ON amc_pars_submissions (amc_course_id, npi, completion_date);
