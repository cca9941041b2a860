// A simulation for programs, and as the part of a report that shows it.
// Tested by report/simulation_test and e2e/test_simulate.py.
#pragma once

#include "policy/base/html.hpp"
#include "policy/report/ranking.hpp"
#include "policy/report/simulation.hpp"

#include <boost/json/object.hpp>

namespace sealgate::policy {

// The most frequent first. They refer to what they are of.
ranking<rule_change, sample> ranked_rules(const simulated& of);
ranking<std::string, direction> ranked_directions(const bounded<std::string, direction>& of);

// Lists are as long as a report's tables; "more" is what they leave out.
boost::json::object simulation_json(const simulated& of);

void draw_simulation(html::writer& to, const simulated& of);

} // namespace sealgate::policy
