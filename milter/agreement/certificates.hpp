// The certificates of one source, as a kind: each with what is in it, whether it is in use, and where it was found.
//
// What is in two copies is merged, so that a revocation in either is in both. Of whether it is in use the more careful word
// counts where both changed: disabled before removed before enabled; but a revoked one stays, lest another copy of it come
// back without that. Tested by agreement/certificates_test and e2e/test_shared_keys.py.
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
    std::string here(const std::string& fingerprint) override;
    void take(const std::vector<word>& words) override;
    bool adds(const std::string& here, const std::string& taken) const override;
    std::string_view told_apart_by(std::string_view value) const override;
    void settled(const std::string& fingerprint) override;

private:
    keys::store store() const;
    void look(keys::reading what);
    keys::shared_certificate stored(const std::string& fingerprint) const;
    void import(const std::vector<word>& words);
    bool follow_use(const word& one, certificate_use before);
    void remove(const word& one, const keys::certificate& cert);
    void tell(policy::key_change what, const std::vector<keys::certificate>& of, const std::vector<word>& words) const;
    void note_evidence(const word& one) const;

    const policy::key_source source_;
    const std::string kind_;
    const agreement_surroundings with_;
    std::shared_ptr<const snapshot> asked_of_;     // what was in force when changed() was asked last
    std::shared_ptr<const keys::catalogue> asked_; // as it was then; null: it was not asked yet
    std::shared_ptr<const keys::catalogue> seen_;  // as it is now
};

} // namespace sealgate::milter
