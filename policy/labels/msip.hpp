// The labels of Microsoft Purview, as Outlook writes them: one field msip_labels with KEY=VALUE between semicolons, where a
// key is MSIP_Label_GUID_ATTRIBUTE.
//
// A label is named by its GUID and, as a fallback, by its Name. One of another tenant says nothing here, nor does one that
// was taken off (Enabled=false). One of which no tenant or no state can be read is malformed, and so is
// a piece that is no such pair, but for the rest of a Name with a semicolon in it. Pure and linear.
#pragma once

#include "policy/labels/label.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Such as 72f988bf-86f1-41af-91ab-2d7cd011db47.
bool is_guid(std::string_view text);

// `value`: unfolded. `tenants`: GUIDs in lower case.
std::vector<label> read_msip(std::string_view value, const std::vector<std::string>& tenants);

} // namespace sealgate::policy
