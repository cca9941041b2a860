// Certificates as `sealgate keys` shows them: a table for terminals, or a line of JSON each.
// Tested by e2e/test_key_states.py.
#pragma once

#include "keys/certificates/lookup.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace sealgate::milter {

// What its state does not say; empty: nothing.
std::string remark_on(const keys::certificate& cert);

boost::json::object key_as_json(const keys::certificate& cert, policy::key_source source);

// To standard output.
void print_certificates(const std::vector<keys::stored_certificate>& certificates, bool as_lines_of_json);

} // namespace sealgate::milter
