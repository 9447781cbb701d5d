/* Made by tests/quality/fit/fit_evidence.py. */
#include "engine/calibration.h"
const parry_fitted_evidence parry_evidence_model = {.deviation = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                                  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
                                                    .coefficient = {[PARRY_EVIDENCE_SHARE] = 5}};
const parry_calibration parry_shipped_calibration = {1, 0, 0.5, false};
