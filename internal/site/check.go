package site

import "context"

// Check is an error unless an entry of Export is a record of this program whose
// secrets open with the store's keys, or no record at all. Redis is not asked.
// If the key service does not answer the error wraps
// seal.ErrKeyServiceUnavailable, and says nothing about the record.
func (s *Store) Check(ctx context.Context, entry Entry) error {
	if entry.Record == nil {
		return nil
	}
	r, err := parse(entry.Name, string(entry.Record))
	if err != nil {
		return err
	}
	_, err = r.open(ctx, s.sealer)
	return err
}
