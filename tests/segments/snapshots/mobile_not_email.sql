SELECT
  profiles.customer_id
FROM profiles
WHERE
  NOT profiles.is_erasure_requested
  AND (
    profiles.consent_email = 'out'
    AND (
      profiles.consent_sms = 'in' OR profiles.consent_push = 'in'
    )
  )
