// Which lines of the log have to be read to answer a question, by the indexes beside its files (milter/audit/index_file.hpp).
//
// Each line that an index names is read before it is believed: a record has to have the id or the sender that it is named for,
// and what counts in every answer has to be that. Where one is not, the file is read whole, as it is without an index.
#pragma once

#include "milter/audit/index_upkeep.hpp"
#include "milter/audit/reader.hpp"
#include "policy/audit/pseudonym.hpp"
#include "policy/audit/query.hpp"

namespace sealgate::milter {

// Empty where indexes can't answer any of it. `key` is looked at when a file is begun: it has followed the log until there.
// Indexes that are missing are made where that is allowed.
line_choice choice_for(const policy::query& asked, const policy::address_key_in_use& key, indexing how);

} // namespace sealgate::milter
