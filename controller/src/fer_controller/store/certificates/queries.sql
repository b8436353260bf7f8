-- Certificates.

-- insert_certificate --
-- Note that a certificate was issued.
INSERT INTO certificates (serial, holder, role, made_at, expires_at, made_by, revoked_at)
VALUES (:serial, :holder, :role, :made_at, :expires_at, :made_by, :revoked_at);

-- certificates --
-- All certificates, by holder and age.
SELECT serial, holder, role, made_at, expires_at, made_by, revoked_at FROM certificates
ORDER BY holder, made_at, serial;

-- certified --
-- Those who were ever given a certificate in this role.
SELECT DISTINCT holder FROM certificates WHERE role = :role;

-- holders --
-- Those who have a certificate in this role that is neither revoked nor expired.
SELECT DISTINCT holder FROM certificates WHERE role = :role AND revoked_at = '' AND expires_at > :at;

-- certificates_in_force --
-- The certificates of a holder that are neither revoked nor expired, the oldest first.
SELECT serial, holder, role, made_at, expires_at, made_by, revoked_at FROM certificates
WHERE holder = :holder AND role = :role AND revoked_at = '' AND expires_at > :at ORDER BY made_at, serial;

-- newest_ends_of --
-- For each of these holders the end of the newest certificate that was not revoked; empty where all were.
SELECT holder, max(CASE WHEN revoked_at = '' THEN expires_at ELSE '' END) AS expires_at FROM certificates
WHERE role = :role AND holder IN (SELECT value FROM json_each(:holders)) GROUP BY holder;

-- certificates_made_since --
-- How many certificates a holder was given since then.
SELECT count(*) AS number FROM certificates WHERE holder = :holder AND role = :role AND made_at > :since;

-- certificates_ending --
-- The newest certificate of each server and program whose end is between these times, unless it was revoked.
SELECT serial, holder, role, made_at, expires_at, made_by, revoked_at FROM certificates AS newest
WHERE role <> 'device' AND revoked_at = '' AND expires_at BETWEEN :after AND :before AND NOT EXISTS (
  SELECT 1 FROM certificates AS other
  WHERE other.holder = newest.holder AND other.role = newest.role AND other.revoked_at = ''
    AND (other.expires_at, other.serial) > (newest.expires_at, newest.serial)
) ORDER BY holder, role;

-- newest_ending --
-- The newest certificate of each holder whose end is between these times, unless it was revoked.
SELECT serial, holder, role, made_at, expires_at, made_by, revoked_at FROM certificates AS newest
WHERE revoked_at = '' AND expires_at BETWEEN :after AND :before AND NOT EXISTS (
  SELECT 1 FROM certificates AS other
  WHERE other.holder = newest.holder AND other.role = newest.role AND other.revoked_at = ''
    AND (other.expires_at, other.serial) > (newest.expires_at, newest.serial)
) ORDER BY role, holder;

-- revoke_certificates --
-- Revoke the certificates of a holder.
UPDATE certificates SET revoked_at = :at WHERE holder = :holder AND role = :role AND revoked_at = '';

-- revocations --
-- The certificates that were revoked and have not expired, by number.
SELECT serial, revoked_at FROM certificates WHERE revoked_at <> '' AND expires_at > :at ORDER BY serial;

-- revoked_certificate --
-- The certificate with this number, if it was revoked.
SELECT serial, revoked_at FROM certificates WHERE serial = :serial AND revoked_at <> '';
