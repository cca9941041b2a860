// What a database keeps of a record beside its line, to find it by. Pure.
// Tested by audit/record_columns_test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

// Each empty where the record has none; without control characters, in UTF-8.
struct record_columns {
    std::string time; // RFC 3339
    std::string id, event, queue_id, sender, classification, outcome, mode, policy;
};

record_columns columns_of(std::string_view line);
// As a column has what a field says.
std::string column_text(std::string_view field);

} // namespace sealgate::policy
