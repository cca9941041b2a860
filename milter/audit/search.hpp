// The records of the log that answer a question, and what could not be asked: nothing is passed over in silence. Where an id or
// a sender is asked for, indexes say which lines to read (milter/audit/line_choice.hpp); the answer is the same without.
// Records of several gateways (log_lines::gateway) come with their gateway, as a field of that name.
// Tested by audit_commands/show_test and audit/index_file_test.
#pragma once

#include "milter/audit/address_resolver.hpp"
#include "milter/audit/index_upkeep.hpp"
#include "milter/audit/log_lines.hpp"
#include "policy/audit/query.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace sealgate::milter {

struct found_record {
    std::string line;                          // of a damaged one the beginning, printable
    std::optional<boost::json::object> record; // none: the line is damaged
};

class audit_search {
public:
    // `log`: its directory. `how` indexes are made that are missing. Throws as audit_reader does.
    audit_search(const std::filesystem::path& log, policy::query asked, const address_resolver& named, indexing how = {});
    audit_search(std::unique_ptr<log_lines> log, policy::query asked, const address_resolver& named);
    audit_search(const audit_search&) = delete;
    audit_search& operator=(const audit_search&) = delete;

    // The next that matches, or false: there is none now. A damaged line matches where nothing is asked.
    bool next(found_record& out);

    // Lines that are no JSON object, so far.
    std::uint64_t damaged() const { return damaged_; }
    // Decisions that match but for what hashes hide: addresses under a key that is not at hand, or may not be; and domains.
    struct hashed_decisions {
        std::uint64_t under_another_key = 0;
        std::uint64_t under_unknown_key = 0;
        std::uint64_t without_domain = 0;
        bool any() const { return under_another_key + under_unknown_key + without_domain > 0; }
    };
    hashed_decisions hashed() const { return hashed_; }
    // Of the key that the last record's addresses are hashed under, as far as the log says.
    const std::string& key_in_use() const { return key_->id(); }

private:
    policy::address_key_in_use& key_of(std::string_view gateway);
    void name_gateway(found_record& in) const;
    bool is_wanted(const boost::json::object& record);

    policy::query asked_;
    policy::query but_for_people_, but_for_domains_;
    std::string named_key_;
    std::map<std::string, policy::address_key_in_use, std::less<>> keys_; // by gateway
    policy::address_key_in_use* key_;                                     // of the last record's
    std::uint64_t damaged_ = 0;
    hashed_decisions hashed_;
    std::unique_ptr<log_lines> log_; // last: it asks the others for what to read
};

} // namespace sealgate::milter
