// Certificates as `sealgate keys` shows them: a table for terminals, or a line of JSON each.
// Tested by e2e/test_key_states.py.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "keys/store/evidence.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace sealgate::milter {

// What its state does not say; empty: nothing.
std::string remark_on(const keys::certificate& cert);

boost::json::object key_as_json(const keys::certificate& cert, policy::key_source source);

boost::json::array evidence_as_json(const std::vector<keys::evidence>& seen);
// "wkd since 2026-11-29: https://…"
std::string in_words(const keys::evidence& seen);

// To standard output.
void print_certificates(const std::vector<keys::stored_certificate>& certificates, bool as_lines_of_json);

} // namespace sealgate::milter
