// The certificates of one source, as a kind: each with what is in it, whether it is in use, and where it was found.
//
// What is in two copies is merged, so that a revocation in either is in both. Of whether it is in use the more careful word
// counts where both changed: disabled before removed before enabled; but a revoked one stays, lest another copy of it come
// back without that. What is here is what the files say, also where no index knows it yet.
// Tested by agreement/certificates_test and e2e/test_shared_keys.py.
#pragma once

#include "keys/store/store.hpp"
#include "milter/agreement/certificate_value.hpp"
#include "milter/agreement/kind.hpp"
#include "milter/agreement/surroundings.hpp"

#include <memory>
#include <string>
#include <vector>

namespace sealgate::milter {

class agreed_certificates : public agreed_kind {
public:
    agreed_certificates(policy::key_source source, agreement_surroundings with);

    std::string_view kind() const override { return kind_; }
    std::vector<std::string> changed() override;
    void begin_anew() override { asked_ = nullptr; }
    std::optional<std::string> here(const std::string& fingerprint) override;
    std::string gone() const override { return to_text({.use = certificate_use::removed}); }
    bool is_meant(const std::string& fingerprint, const std::string& here, const std::string& agreed_digest) override;
    std::string offered(const std::string& fingerprint, std::string here) override;
    std::vector<std::string> take(const std::vector<word>& words) override;
    bool adds(const std::string& here, const std::string& taken) const override;
    std::string_view told_apart_by(std::string_view value) const override { return without_evidence(value); }
    void settled(const std::string& fingerprint, const std::string& value) override;
    std::optional<std::chrono::sys_seconds> needed_until(const std::string& value) const override;

private:
    // A word, and what it comes to here.
    struct meeting {
        const word* of;
        certificate_value theirs;
        certificate_use wanted = certificate_use::enabled;
        std::optional<certificate_use> ours = {}; // nothing: it was not here
        std::string why_not = {};

        bool is_new() const { return !ours || ours == certificate_use::removed; }
    };

    keys::store store() const;
    std::filesystem::path marker(const std::string& fingerprint) const;
    std::optional<certificate_value> on_disk(const std::string& fingerprint) const;
    meeting meet(const word& one);
    void import(std::vector<meeting>& all) const;
    void import_together(const std::vector<meeting*>& some) const;
    void follow(meeting& one) const;
    void change_use(meeting& one, certificate_use wanted) const;
    keys::certificate stored(const std::string& fingerprint) const;
    void tell(policy::key_change what, const std::vector<keys::certificate>& of, const std::vector<const meeting*>& by) const;
    void note_evidence(const meeting& one) const;

    const policy::key_source source_;
    const std::string kind_;
    const agreement_surroundings with_;
    std::shared_ptr<const snapshot> asked_of_;     // what was in force when changed() was asked last
    std::shared_ptr<const keys::catalogue> asked_; // as it was then; null: all is new
};

} // namespace sealgate::milter
