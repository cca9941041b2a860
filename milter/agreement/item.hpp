// What gateways of a fleet agree on, one thing of it: a certificate, a binding, a pin, who was told. In the database it is
// encrypted and authenticated with a key that the gateways have and the database has not (decision 0038): whoever owns the
// database can neither read it nor put another certificate under somebody's name. Tested by agreement/item_test.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::milter {

struct agreed_item {
    std::string kind, name;     // the name without line ends
    std::uint64_t revision = 0; // one more with each change
    std::string gateway;        // whose word it is
    std::string value;          // as its kind has it
    bool operator==(const agreed_item&) const = default;
};

class fleet_key {
public:
    explicit fleet_key(std::string_view secret);

    // Under which it stands in the database: 64 hex digits.
    std::string row_of(std::string_view kind, std::string_view name) const;
    // What stands there; another text each time.
    std::string seal(const agreed_item& item) const;
    // Nothing where it was not sealed with this key as that row's item of that revision.
    std::optional<agreed_item> open(std::string_view row, std::uint64_t revision, std::string_view sealed) const;

private:
    std::string names_, items_;
};

// The file has 64 hex digits, on each gateway the same. Errors are one line for people.
std::expected<fleet_key, std::string> read_fleet_key(const std::filesystem::path& file);

} // namespace sealgate::milter
