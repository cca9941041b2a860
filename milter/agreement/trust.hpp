// What decides between certificates, as kinds: which one an administrator bound to an address or a domain, and to which found
// one mail was sealed. Where two gateways said another thing at once, the word that was in the database first counts, and it is
// told. Tested by e2e/test_shared_keys.py.
#pragma once

#include "keys/base/file_state.hpp"
#include "keys/store/bindings.hpp"
#include "keys/store/pins.hpp"
#include "keys/store/store.hpp"
#include "milter/agreement/kind.hpp"
#include "milter/agreement/surroundings.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

class agreed_bindings : public agreed_kind {
public:
    explicit agreed_bindings(agreement_surroundings with)
        : with_(std::move(with)) {}

    std::string_view kind() const override { return "binding"; }
    std::vector<std::string> changed() override;
    void begin_anew() override { seen_ = {}, seen_of_ = nullptr; }
    std::optional<std::string> here(const std::string& whose) override; // the fingerprint
    std::string gone() const override { return "none"; }
    std::vector<std::string> take(const std::vector<word>& words) override;
    bool adds(const std::string&, const std::string&) const override { return false; }
    void settled(const std::string& whose, const std::string& value) override;

private:
    std::filesystem::path directory() const { return with_.places().own; }
    const keys::bindings::map& read();
    void put(const word& one, keys::bindings::map& into) const;
    void tell(const word& one);

    const agreement_surroundings with_;
    keys::file_state file_;    // as it was read last
    keys::bindings::map read_; // then
    std::shared_ptr<const snapshot> seen_of_;
    keys::bindings::map seen_; // when changed() was asked, and what was taken since
};

class agreed_pins : public agreed_kind {
public:
    explicit agreed_pins(agreement_surroundings with)
        : with_(std::move(with)) {}

    std::string_view kind() const override { return "pin"; }
    std::vector<std::string> changed() override;
    void begin_anew() override { seen_ = std::nullopt; }
    std::optional<std::string> here(const std::string& address_key) override; // the fingerprint
    bool is_meant(const std::string& address_key, const std::string& here, const std::string& agreed_digest) override;
    std::vector<std::string> take(const std::vector<word>& words) override;
    bool adds(const std::string&, const std::string&) const override { return false; }

private:
    void tell(const std::vector<keys::pin>& replacing, const std::vector<word>& words) const;

    const agreement_surroundings with_;
    keys::file_state file_, written_ahead_; // of the database, as they were when it was looked at last
    std::optional<keys::time_point> seen_;  // the last one then
};

} // namespace sealgate::milter
