#pragma once

#include <string>

namespace sluice::approve {

/// Tries a program that is to check signatures, as each Verifier does with its policy's: a good
/// signature and others that have to be refused. Throws Error{approval} where it is not fit for it.
void try_ssh_keygen(const std::string& program);

}  // namespace sluice::approve
