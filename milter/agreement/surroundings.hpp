// What the kinds of milter/agreement work with. Tested by agreement/certificates_test.
#pragma once

#include "milter/discovery/announcer.hpp"
#include "milter/settings/snapshot.hpp"

#include <functional>
#include <memory>

namespace sealgate::milter {

struct agreement_surroundings {
    std::function<std::shared_ptr<const snapshot>()> live; // the configuration in force; any thread
    audience told;                                         // of what is taken over

    keys::keyring_places places() const { return key_places(live()->gateway); }
    keys::wish_notes wishes() const { return keys::wish_notes(places().wishes); }
};

} // namespace sealgate::milter
