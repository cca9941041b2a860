// The tables of a report: what was refused and why, where mail went that it should not, who has no key, what changed.
// Tested by report/page_test.
#pragma once

#include "policy/base/html.hpp"
#include "policy/report/page.hpp"

namespace sealgate::policy {

void draw_outcomes(html::writer& to, const numbers& of);        // with their shares
void draw_classifications(html::writer& to, const numbers& of); // by outcome
void draw_refusals(html::writer& to, const numbers& of);
void draw_senders(html::writer& to, const numbers& of); // of mail under the policy
void draw_insecure_domains(html::writer& to, const numbers& of);
void draw_missing_keys(html::writer& to, const numbers& of);
void draw_ending_keys(html::writer& to, const ending_keys& of, wall_time now);
void draw_near_misses(html::writer& to, const numbers& of);
void draw_changes(html::writer& to, const report_input& of);
void draw_watched(html::writer& to, const numbers& of); // monitor mode, by sender, rule and domain

} // namespace sealgate::policy
