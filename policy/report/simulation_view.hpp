// A simulation for programs, and as the part of a report that shows it.
// Tested by report/simulation_test and e2e/test_simulate.py.
#pragma once

#include "policy/base/html.hpp"
#include "policy/report/simulation.hpp"

#include <boost/json/object.hpp>

namespace sealgate::policy {

// Lists are as long as a report's tables; "more" is what they leave out.
boost::json::object simulation_json(const simulated& of);

void draw_simulation(html::writer& to, const simulated& of);

} // namespace sealgate::policy
