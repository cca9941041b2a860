// The part of a report that is drawn over time: outcomes, classifications, and what a watching gateway would have done.
// Tested by report/page_test.
#pragma once

#include "policy/base/html.hpp"
#include "policy/report/page.hpp"

namespace sealgate::policy {

void draw_time_line(html::writer& to, const report_input& of);
// Of mail that a gateway in monitor mode let pass.
void draw_watched_time_line(html::writer& to, const report_input& of);

} // namespace sealgate::policy
