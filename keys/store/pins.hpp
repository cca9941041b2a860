// To which found certificate mail for an address was sealed (contract.md section 8): another one does not take its place
// silently. A database that must not be lost: the gateway writes it, commands read it.
//
// Errors throw sqlite_error or std::system_error; then nobody can tell, and mail waits. Any thread.
#pragma once

#include "keys/base/sqlite.hpp"
#include "keys/certificates/certificate.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct pin {
    std::string address; // as policy::address::key() gives it
    std::string fingerprint;
    std::string replaces = {}; // the one before, or empty
    time_point since = {};
    policy::key_source source = policy::key_source::wkd; // where it was found; not kept
};

class pins {
public:
    explicit pins(std::filesystem::path file);
    ~pins();

    // Empty: none.
    std::string of(std::string_view address_key) const;

    // The same with all that is known of it; nothing where there is none.
    std::optional<pin> whole(std::string_view address_key) const;

    // Made at that time or later, by the clock of whoever made them.
    std::vector<pin> since(time_point time) const;

    // Called with those that take another one's place, before any of it is on disk. Where it throws, nothing is changed.
    using announcement = std::function<void(const std::vector<pin>& replacing)>;

    // On disk when it returns. What it returns has `replaces` as it was found.
    std::vector<pin> put(std::vector<pin> fresh, const announcement& announce = {});

private:
    struct reader;
    struct shared_reader;

    std::filesystem::path file_;
    std::unique_ptr<shared_reader> reader_;
};

} // namespace sealgate::keys
