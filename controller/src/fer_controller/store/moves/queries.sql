-- Moves of a fleet from one database to another.

-- move --
-- The move in this direction.
SELECT direction, id, other, state, run, at FROM moves WHERE direction = :direction;

-- put_move --
-- Note a move, or how it stands.
INSERT INTO moves (direction, id, other, state, run, at) VALUES (:direction, :id, :other, :state, :run, :at)
ON CONFLICT (direction) DO UPDATE SET
  id = excluded.id, other = excluded.other, state = excluded.state, run = excluded.run, at = excluded.at;

-- hold_move --
-- Say that this run goes on with the move; changes nothing when another run does.
UPDATE moves SET at = :at WHERE direction = :direction AND id = :id AND run = :run AND state = :state;

-- moved_blocks --
-- The blocks of a table that are here as they were there.
SELECT block, checksum FROM moved_blocks WHERE source = :source ORDER BY block;

-- put_moved_block --
-- Note what a block was when it was compared.
INSERT INTO moved_blocks (source, block, checksum) VALUES (:source, :block, :checksum)
ON CONFLICT (source, block) DO UPDATE SET checksum = excluded.checksum;

-- forget_moved_block --
-- A block is not there any more.
DELETE FROM moved_blocks WHERE source = :source AND block = :block;
