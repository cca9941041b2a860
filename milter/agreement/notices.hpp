// Which senders were told of what, as a kind: nobody hears of it again from another gateway. The later time counts.
// Tested by e2e/test_shared_keys.py.
#pragma once

#include "milter/agreement/kind.hpp"
#include "milter/agreement/surroundings.hpp"
#include "milter/notices/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

class agreed_notices : public agreed_kind {
public:
    agreed_notices(notice_ledger& ledger, agreement_surroundings with)
        : ledger_(ledger)
        , with_(std::move(with)) {}

    std::string_view kind() const override { return "told"; }
    std::vector<std::string> changed() override;
    void begin_anew() override { seen_ = 0; }
    std::optional<std::string> here(const std::string& key) override; // seconds since 1970
    std::vector<std::string> take(const std::vector<word>& words) override;
    bool adds(const std::string& here, const std::string& taken) const override;
    std::optional<std::chrono::sys_seconds> needed_until(const std::string& value) const override;
    bool may_be_forgotten() const override { return true; }

private:
    std::chrono::seconds kept() const;

    notice_ledger& ledger_;
    const agreement_surroundings with_;
    std::uint64_t seen_ = 0;
};

} // namespace sealgate::milter
